#!/usr/bin/env bash
# Sets up as ./opensora does, builds everything and runs all tests. The last line is "N passed, N failed".
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
./opensora --setup
./opensora --install postgresql chromium libtorch-dev libopenblas0-pthread cmake g++

log=artifacts/test.log
dotnet build OpenSora.Cluster.sln -c Release -v minimal -nologo
status=0
dotnet test OpenSora.Cluster.sln -c Release --no-build -nologo -m:2 --logger 'console;verbosity=minimal' 2>&1 | tee "$log" || status=$?

# What computes is tested with the instructions of an older processor, too; the test card runs on a torch whose oneDNN cannot do without the newer.
if grep -q avx512f /proc/cpuinfo; then
  older=(DOTNET_EnableAVX512=0 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 ONEDNN_MAX_CPU_ISA=AVX2)
else
  older=(DOTNET_EnableAVX2=0 ATEN_CPU_CAPABILITY=default MKL_ENABLE_INSTRUCTIONS=SSE4_2 ONEDNN_MAX_CPU_ISA=SSE41)
fi
for project in Torch Inference Parallel; do
  env "${older[@]}" dotnet test "tests/OpenSora.$project.Tests" -c Release --no-build -nologo --filter 'FullyQualifiedName!~TestCard' --logger 'console;verbosity=minimal' 2>&1 | tee -a "$log" || status=$?
done

# A test host that died leaves no summary of its own: it counts as one failure.
awk -v status="$status" '
  /Failed: +[0-9]+, Passed: +[0-9]+/ {
    match($0, /Failed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), f, ": +"); failed += f[2]
    match($0, /Passed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), p, ": +"); passed += p[2]
  }
  END { if (status != 0 && failed == 0) failed = 1; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$log"
