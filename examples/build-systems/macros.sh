# Which macro makes a file that loads on which build of 3.15: `sh macros.sh hits.c`, on Linux
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
for headers in python3.15 python3.15t; do
    include=$($headers -c "import sysconfig; print(sysconfig.get_path('include'))")
    for macros in Py_LIMITED_API Py_TARGET_ABI3T "Py_LIMITED_API Py_TARGET_ABI3T"; do
        defined=
        for macro in $macros; do defined="$defined -D$macro=0x030f0000"; done
        cc -shared -fPIC $defined -I"$include" "$1" -o "$work/hits.abi3t.so" || exit
        for python in python3.15 python3.15t; do
            said=$(PYTHONPATH=$work $python -c "import hits; print('loads')" 2>&1 | tail -n 1)
            echo "$macros, headers of $headers, on $python: $said"
        done
    done
done
