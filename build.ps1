# One way in: installs what is missing (ffmpeg, the pinned build tool), then runs a target of build.cake.
#   ./build.ps1 --target=Demo      ./build.ps1 --target=Test
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error "build.ps1: the .NET SDK is missing: found no 'dotnet' on PATH, expected the version in global.json. Install it from https://dot.net and run again." -ErrorAction Continue
    exit 4
}

if (-not (Get-Command ffmpeg -ErrorAction SilentlyContinue)) {
    Write-Host 'build.ps1: ffmpeg is missing, installing it.'
    if (Get-Command winget -ErrorAction SilentlyContinue) {
        winget install --id Gyan.FFmpeg --exact --silent --accept-source-agreements --accept-package-agreements
        $env:PATH = [Environment]::GetEnvironmentVariable('PATH', 'Machine') + ';' + [Environment]::GetEnvironmentVariable('PATH', 'User')
    }
    if (-not (Get-Command ffmpeg -ErrorAction SilentlyContinue)) {
        Write-Error 'build.ps1: ffmpeg: found none, expected ffmpeg and ffprobe on PATH. Install ffmpeg and run again.' -ErrorAction Continue
        exit 4
    }
}

dotnet tool restore --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet cake build.cake @args
exit $LASTEXITCODE
