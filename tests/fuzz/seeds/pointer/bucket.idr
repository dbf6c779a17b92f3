s3://idr/zarr/v0.4/idr0062A/6001240.zarr?anonymous=true
endpoint=https://s3.example.org
