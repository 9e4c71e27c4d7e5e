#!/usr/bin/env bash
# Sets up as ./opensora does, builds everything and runs all tests. The last line is "N passed, N failed".
# --all also kills and stops at every point, runs the slow tests (trait Run), and draws larger random counts; --fast runs what needs no other process of ours.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
# Three run at a time, the longest first: tests of programs wait more than they compute. What computes is tested with the instructions of an older processor, too.
projects=(Client Silo Cluster Inference Card Video older-Inference Torch Parallel older-Parallel older-Torch DemoModel Prompts Kubernetes Planning Architecture Benchmarks Contracts Layout)
for folder in tests/OpenSora.*.Tests; do
  [[ $folder =~ OpenSora\.(.*)\.Tests ]] && [[ " ${projects[*]} " == *" ${BASH_REMATCH[1]} "* ]] || projects+=("${BASH_REMATCH[1]}")
done
case "${1:-}" in
  "") ;;
  --all) export OPENSORA_TESTS=all ;;
  --fast) projects=(Inference Parallel DemoModel Prompts Planning Architecture Benchmarks Contracts Layout) ;;
  *) echo "usage: ./test.sh [--all | --fast]" >&2; exit 2 ;;
esac
# One compiler process for all projects, whatever the environment says of it; it ends when they are built.
export UseSharedCompilation=true
./opensora --setup
./opensora --install postgresql prometheus chromium libtorch-dev libopenblas0-pthread cmake g++

log=artifacts/test.log
dotnet build OpenSora.Cluster.sln -c Release -v minimal -nologo
dotnet build-server shutdown --vbcscompiler >/dev/null

# What computes, without the test card: it runs on a torch whose oneDNN cannot do without the newer instructions.
run() {
  local project=${1#older-} filter=() older=()
  [ "${OPENSORA_TESTS:-}" = all ] || filter=('Run!=All')
  if [ "$project" != "$1" ]; then
    filter+=('(FullyQualifiedName~.Kernels.|FullyQualifiedName~SameBytes|FullyQualifiedName~.Layers.|FullyQualifiedName~.Transformer.|FullyQualifiedName~.Text.|FullyQualifiedName~.Sampling.|FullyQualifiedName~.Decoding.|FullyQualifiedName~.Verification.Case|FullyQualifiedName~.Denoising.|FullyQualifiedName~.Switching.)')
    if grep -q avx512f /proc/cpuinfo; then
      older=(DOTNET_EnableAVX512=0 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 ONEDNN_MAX_CPU_ISA=AVX2)
    else
      older=(DOTNET_EnableAVX2=0 ATEN_CPU_CAPABILITY=default MKL_ENABLE_INSTRUCTIONS=SSE4_2 ONEDNN_MAX_CPU_ISA=SSE41)
    fi
  fi
  local all
  all=$(IFS='&'; echo "${filter[*]}")
  env "${older[@]}" dotnet test "artifacts/bin/OpenSora.$project.Tests/release/OpenSora.$project.Tests.dll" --logger 'console;verbosity=minimal' ${all:+--filter "$all"}
}
export -f run
status=0
printf '%s\n' "${projects[@]}" | xargs -P 3 -I{} bash -c 'run {}' 2>&1 | tee "$log" || status=$?

# A test host that died leaves no summary of its own: it counts as one failure.
awk -v status="$status" '
  /Failed: +[0-9]+, Passed: +[0-9]+/ {
    match($0, /Failed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), f, ": +"); failed += f[2]
    match($0, /Passed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), p, ": +"); passed += p[2]
  }
  END { if (status != 0 && failed == 0) failed = 1; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$log"
