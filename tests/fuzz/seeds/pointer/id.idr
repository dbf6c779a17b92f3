6001240
server=
t=0,2
n=3
