"""Citations: made from passages, checked against texts, written in other forms."""
