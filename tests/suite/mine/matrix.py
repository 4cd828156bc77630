N = 40
A = [[float(i * j % 7) for j in range(N)] for i in range(N)]
B = [[float(i + j) for j in range(N)] for i in range(N)]


def work():
    return [[sum(A[i][k] * B[k][j] for k in range(N)) for j in range(N)] for i in range(N)]
