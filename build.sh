#!/usr/bin/env bash
# One way in: installs what is missing (ffmpeg, the pinned build tool), then runs a target of build.cake.
#   ./build.sh --target=Demo      ./build.sh --target=Test
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! command -v dotnet >/dev/null 2>&1; then
  echo "build.sh: the .NET SDK is missing: found no 'dotnet' on PATH, expected the version in global.json. Install it from https://dot.net and run again." >&2
  exit 4
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else return 1
  fi
}

# Two programs of one package: names those that are not on PATH.
no_ffmpeg() {
  local program none=""
  for program in ffmpeg ffprobe; do
    command -v "$program" >/dev/null 2>&1 || none="${none:+$none and }no '$program'"
  done
  echo "$none"
}

if [ -n "$(no_ffmpeg)" ]; then
  echo "build.sh: found $(no_ffmpeg), installing ffmpeg."
  if command -v apt-get >/dev/null 2>&1; then
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null || true
  elif command -v brew >/dev/null 2>&1; then
    brew install ffmpeg || true
  fi
  if [ -n "$(no_ffmpeg)" ]; then
    echo "build.sh: ffmpeg: found $(no_ffmpeg) on PATH, expected both ffmpeg and ffprobe. Install the package 'ffmpeg' of your system and run again." >&2
    exit 4
  fi
fi

dotnet tool restore --verbosity quiet
exec dotnet cake build.cake "$@"
