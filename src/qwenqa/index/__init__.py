"""The folder index/: generations, how they are published, verified and opened."""
