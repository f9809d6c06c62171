"""Import and export of item definitions: files in and out, and the report that comes before anything is kept.

Reading never raises for what a person may have written: what is wrong becomes a `Problem` with its place.
"""
