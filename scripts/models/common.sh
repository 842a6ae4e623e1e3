# What the scripts next to it share: each sets `name`, and sources this from the top of the repository.
galen=build/release/bin/galen
[ -x "$galen" ] || { echo "$0: $galen is missing: run make build first" >&2; exit 1; }
work=build/models/$name

# ship GALEN-TRAIN-OPTIONS: puts the finished bundle into models/; a bundle of only some folds stays where it was made.
# If cases failed in training (status 4), the script has ended before this.
ship() {
  case " $* " in *" --only-folds"[\ =]*)
    echo "$0: a part is done, models/$name is left as it is: go on with --resume, without --only-folds" >&2
    return ;;
  esac
  rm -rf "$work/new"
  cp -r "$work/$name" "$work/new"
  rm -rf "models/$name"
  mv "$work/new" "models/$name"
}
