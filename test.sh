#!/usr/bin/env bash
# Sets up as ./opensora does, builds everything and runs all tests. The last line is "N passed, N failed".
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
./opensora --setup
./opensora --install postgresql chromium

log=artifacts/test.log
dotnet build OpenSora.Cluster.sln -c Release -v minimal -nologo
status=0
dotnet test OpenSora.Cluster.sln -c Release --no-build -nologo -m:2 --logger 'console;verbosity=minimal' 2>&1 | tee "$log" || status=$?

# A test host that died leaves no summary of its own: it counts as one failure.
awk -v status="$status" '
  /Failed: +[0-9]+, Passed: +[0-9]+/ {
    match($0, /Failed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), f, ": +"); failed += f[2]
    match($0, /Passed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), p, ": +"); passed += p[2]
  }
  END { if (status != 0 && failed == 0) failed = 1; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$log"
