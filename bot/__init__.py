"""The call bot that answers the phone."""
