"""What is opened to answer: the generation that serves, its models, the files that are cited."""
