"""What forms say."""

PICK = "What do you want to do in Docker Hub? Type a word, such as “kick” or “lock tags”. {help} lists the commands."
PLACEHOLDER = "Choose what to do"
