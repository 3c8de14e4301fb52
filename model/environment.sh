# Sourced by the scripts beside it: a Python environment with the pinned packages, and one thread for linear algebra, so
# that sums are added in one order and the bytes come out the same.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}" PYTHONHASHSEED=0
if [ ! -x build/venv/bin/python ]; then
    python3 -m venv build/venv
    build/venv/bin/pip install --quiet --requirement requirements.txt
fi
export PATH="$PWD/build/venv/bin:$PATH"
