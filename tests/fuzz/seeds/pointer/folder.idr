# A slice of the sample
cells.zarr
level=1
z = middle:2

missing_chunks=error
page=2
n=-1
