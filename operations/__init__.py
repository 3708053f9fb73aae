"""All that is done to a stack in an account: deploy and destroy it, look at it, and start images again."""
