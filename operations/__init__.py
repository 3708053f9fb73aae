"""What an operator does with a running stack: look at pictures, give them another attempt, sweep."""
