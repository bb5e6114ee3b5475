"""What an editor asks about a place in a file: what is meant, what could stand there, how it should look.

Pure: texts and drafts in, values out. Lines and columns count from 1, in characters.
"""
