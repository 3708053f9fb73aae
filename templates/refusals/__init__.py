"""What AWS refuses in a template and emulators take: each rule with the page of AWS's documentation that states it."""
