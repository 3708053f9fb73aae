"""The sandbox: decoders and encoders run in processes that are not trusted.

A client starts one server a process: a new interpreter without credentials, which has imported the decoders. The server
forks a child for each image. The child confines itself, does the work and ends. Its answer is checked like a stranger's.
"""
