//! The two scripts that check a bundle with tools of the system alone.

/// For Linux and macOS: needs `sha256sum` or `shasum`, `ssh-keygen` and `openssl`.
pub(super) const SH: &str = r##"#!/bin/sh
# Checks this bundle without the program that made it: ./verify.sh [CA-CERTIFICATES.pem]
# Needs ssh-keygen, openssl, and sha256sum or shasum. Ends with 0 if everything holds.
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 2
ca=${1:-}
bad=0
ok() { echo "ok      $1"; }
fail() { echo "FAILED  $1"; bad=1; }
test_that() { if "$@" >/dev/null 2>&1; then ok "$what"; else fail "$what"; fi; }
if command -v sha256sum >/dev/null 2>&1; then
    sum() { sha256sum | cut -d ' ' -f 1; }
else
    sum() { shasum -a 256 | cut -d ' ' -f 1; }
fi
unhex() {
    rest=$1
    while [ -n "$rest" ]; do
        more=${rest#??}
        printf "\\$(printf '%03o' "0x${rest%"$more"}")"
        rest=$more
    done
}
# RFC 9162: a leaf is SHA-256 over 00 and its bytes, a node over 01 and its two children.
leaf() { { printf '\000'; cat "$1"; } | sum; }
node() { { printf '\001'; unhex "$1"; unhex "$2"; } | sum; }
climb() {
    here=$(leaf "$1")
    while read -r side hash; do
        case $side in
            left) here=$(node "$hash" "$here") ;;
            right) here=$(node "$here" "$hash") ;;
            *) here=none ;;
        esac
    done <"$2"
    echo "$here"
}

what="every file is listed"
listed=$(cut -c 67- SHA256SUMS | sort)
found=$(find . -type f ! -name SHA256SUMS ! -name SHA256SUMS.sig | sed 's|^\./||' | sort)
test_that [ "$listed" = "$found" ]
what="every file is as it was listed"
matches() {
    while read -r hash name; do
        [ "$(sum <"$name")" = "$hash" ] || return 1
    done <SHA256SUMS
}
test_that matches
what="the list is signed by the key"
signed() { ssh-keygen -Y verify -f allowed_signers -I holder -n cloakroom-ledger -s "$1.sig" <"$1"; }
test_that signed SHA256SUMS
what="the checkpoint is signed by the key (ssh-keygen)"
test_that signed checkpoint.txt
what="the checkpoint is signed by the key (openssl)"
test_that openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.txt -sigfile checkpoint.txt.ed25519
what="the checkpoint names that key"
named=$(sed -n '4s/^key //p' checkpoint.txt)
test_that [ "$(cut -d ' ' -f 3- allowed_signers)" = "$named" ]
what="both forms of the key are the same"
one=$(openssl pkey -pubin -in key.pem -outform DER | tail -c 32 | sum)
two=$(echo "$named" | cut -d ' ' -f 2 | openssl base64 -d -A | tail -c 32 | sum)
test_that [ "$one" = "$two" ]

what="the record is in the ledger at the checkpoint"
root=$(sed -n 3p checkpoint.txt | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
test_that [ "$(climb entry.txt entry.path)" = "$root" ]
record=$(sed -n 's/^fields=//p' entry.txt)
for field in fields/*.json; do
    [ -f "$field" ] || continue
    what="the record says $field"
    test_that [ "$(climb "$field" "${field%.json}.path")" = "$record" ]
done
tiles=$(sed -n 's/^\["cloakroom-field-v2","tiles_root","\([0-9a-f]*\)",.*$/\1/p' fields/03-tiles_root.json 2>/dev/null)
for tile in tiles/*.ppm; do
    [ -f "$tile" ] || continue
    what="the picture has the piece $tile"
    test_that [ "$(climb "$tile" "${tile%.ppm}.path")" = "$tiles" ]
done
for photo in photo/*; do
    [ -f "$photo" ] || continue
    what="the record is of $photo"
    digest=$(sum <"$photo")
    test_that grep -q "_sha256\",\"$digest\"" fields/00-original_sha256.json fields/01-output_sha256.json
done
for anchor in anchors/*.tsr; do
    [ -f "$anchor" ] || continue
    time=$(openssl ts -reply -in "$anchor" -text 2>/dev/null | sed -n 's/^Time stamp: //p')
    if [ -n "$ca" ]; then
        what="$anchor: the checkpoint was there at $time"
        test_that openssl ts -verify -in "$anchor" -data checkpoint.txt -CAfile "$ca"
    else
        echo "asked   $anchor says $time: give the authority's certificate to check it: ./verify.sh CA.pem"
    fi
done
for anchor in anchors/*.ots; do
    [ -f "$anchor" ] || continue
    echo "asked   $anchor: check it with OpenTimestamps: ots verify -f checkpoint.txt $anchor"
done

echo
if [ "$bad" = 0 ]; then
    echo "Everything fits together. It was signed with this key; make sure whose it is:"
    echo "$named" >"${TMPDIR:-/tmp}/key.$$" && ssh-keygen -lf "${TMPDIR:-/tmp}/key.$$"
    rm -f "${TMPDIR:-/tmp}/key.$$"
else
    echo "Something is not as it was made. Do not rely on this bundle."
fi
exit "$bad"
"##;

/// For Windows: needs `ssh-keygen`, which comes with it.
pub(super) const PS1: &str = r##"# Checks this bundle without the program that made it. In a PowerShell window: .\verify.ps1
# Needs ssh-keygen, which comes with Windows 10 and later. Ends with 0 if everything holds.
$ErrorActionPreference = 'Stop'
trap { Write-Output "FAILED  $_"; exit 1 }
Set-Location -LiteralPath $PSScriptRoot
$script:bad = 0
function Test-That($what, $holds) {
    if ($holds) { Write-Output "ok      $what" } else { Write-Output "FAILED  $what"; $script:bad = 1 }
}
$sha = [System.Security.Cryptography.SHA256]::Create()
function Hex($bytes) { -join ($bytes | ForEach-Object { $_.ToString('x2') }) }
function Unhex($text) { [byte[]]@(for ($i = 0; $i -lt $text.Length; $i += 2) { [Convert]::ToByte($text.Substring($i, 2), 16) }) }
# The comma keeps an array an array: what PowerShell returns is otherwise taken apart, one line to a text, no byte to nothing.
function Bytes($name) { , [System.IO.File]::ReadAllBytes((Join-Path $PSScriptRoot $name)) }
function Lines($name) { , [System.IO.File]::ReadAllLines((Join-Path $PSScriptRoot $name)) }
function Climb($name, $path) {
    $here = Hex ($sha.ComputeHash([byte[]](@([byte]0) + (Bytes $name))))
    foreach ($line in (Lines $path)) {
        $side, $hash = $line.Split(' ')
        $pair = if ($side -ceq 'left') { $hash + $here } else { $here + $hash }
        $here = Hex ($sha.ComputeHash([byte[]](@([byte]1) + (Unhex $pair))))
    }
    $here
}
function Signed($name) {
    $command = 'ssh-keygen -Y verify -f allowed_signers -I holder -n cloakroom-ledger -s ' + $name + '.sig < ' + $name
    cmd /c ($command + ' >NUL 2>&1') | Out-Null
    $LASTEXITCODE -eq 0
}
$listed = @{}
foreach ($line in (Lines 'SHA256SUMS')) { $listed[$line.Substring(66)] = $line.Substring(0, 64) }
$found = Get-ChildItem -Recurse -File | ForEach-Object { $_.FullName.Substring($PSScriptRoot.Length + 1).Replace('\', '/') } |
    Where-Object { $_ -cne 'SHA256SUMS' -and $_ -cne 'SHA256SUMS.sig' }
Test-That 'every file is listed' (-not (Compare-Object @($listed.Keys) @($found) -CaseSensitive))
$wrong = $listed.Keys | Where-Object { (Hex ($sha.ComputeHash((Bytes $_)))) -cne $listed[$_] }
Test-That 'every file is as it was listed' (-not $wrong)
Test-That 'the list is signed by the key' (Signed 'SHA256SUMS')
Test-That 'the checkpoint is signed by the key' (Signed 'checkpoint.txt')
$checkpoint = Lines 'checkpoint.txt'
$named = $checkpoint[3].Substring(4)
Test-That 'the checkpoint names that key' ((Lines 'allowed_signers')[0].EndsWith(' ' + $named))
$pem = [Convert]::FromBase64String((-join ((Lines 'key.pem') | Where-Object { -not $_.StartsWith('-') })))
$blob = [Convert]::FromBase64String($named.Split(' ')[1])
Test-That 'both forms of the key are the same' ((Hex ($pem[-32..-1])) -ceq (Hex ($blob[-32..-1])))
$root = Hex ([Convert]::FromBase64String($checkpoint[2]))
Test-That 'the record is in the ledger at the checkpoint' ((Climb 'entry.txt' 'entry.path') -ceq $root)
$record = ((Lines 'entry.txt') | Where-Object { $_.StartsWith('fields=') }).Substring(7)
foreach ($file in @(Get-ChildItem 'fields' -Filter '*.json' -ErrorAction SilentlyContinue)) {
    $name = 'fields/' + $file.BaseName
    Test-That "the record says $name" ((Climb ($name + '.json') ($name + '.path')) -ceq $record)
}
foreach ($file in @(Get-ChildItem 'tiles' -Filter '*.ppm' -ErrorAction SilentlyContinue)) {
    $name = 'tiles/' + $file.BaseName
    $tiles = ([System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'fields/03-tiles_root.json')).Split('"'))[5]
    Test-That "the picture has the piece $name" ((Climb ($name + '.ppm') ($name + '.path')) -ceq $tiles)
}
foreach ($file in @(Get-ChildItem 'photo' -ErrorAction SilentlyContinue)) {
    $digest = Hex ($sha.ComputeHash((Bytes ('photo/' + $file.Name))))
    $said = @(Get-ChildItem 'fields' -Filter '*t_sha256.json') + @(Get-ChildItem 'fields' -Filter '*l_sha256.json')
    Test-That ('the record is of photo/' + $file.Name) (@($said | Where-Object { [System.IO.File]::ReadAllText($_.FullName).Contains('"' + $digest + '"') }).Count -gt 0)
}
foreach ($file in @(Get-ChildItem 'anchors' -ErrorAction SilentlyContinue)) {
    Write-Output ('asked   anchors/' + $file.Name + ': README.txt says how to check it')
}
Write-Output ''
if ($script:bad -eq 0) {
    Write-Output 'Everything fits together. It was signed with this key; make sure whose it is:'
    Write-Output $named
} else {
    Write-Output 'Something is not as it was made. Do not rely on this bundle.'
}
exit $script:bad
"##;
