"""What programs call, and what they are told."""
