"""What services stand on, one noun per file or folder: the log, snapshots, dead letters.

Reads and writes files of the data folder; knows no service, decides nothing, and owns no topic but `dead-letters`.
"""
