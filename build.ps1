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

# Two programs of one package: names those that are not on PATH.
function Get-NoFfmpeg {
    ('ffmpeg', 'ffprobe' | Where-Object { -not (Get-Command $_ -ErrorAction SilentlyContinue) } | ForEach-Object { "no '$_'" }) -join ' and '
}

if (Get-NoFfmpeg) {
    Write-Host "build.ps1: found $(Get-NoFfmpeg), installing ffmpeg."
    if (Get-Command winget -ErrorAction SilentlyContinue) {
        winget install --id Gyan.FFmpeg --exact --silent --accept-source-agreements --accept-package-agreements
        $env:PATH = [Environment]::GetEnvironmentVariable('PATH', 'Machine') + ';' + [Environment]::GetEnvironmentVariable('PATH', 'User')
    }
    if (Get-NoFfmpeg) {
        Write-Error "build.ps1: ffmpeg: found $(Get-NoFfmpeg) on PATH, expected both ffmpeg and ffprobe. Install ffmpeg and run again." -ErrorAction Continue
        exit 4
    }
}

dotnet tool restore --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet cake build.cake @args
exit $LASTEXITCODE
