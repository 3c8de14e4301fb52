# Each line of the plan: operation, file, and variables with their values.
while read -r operation file variables; do
    echo "=== $operation"
    # shellcheck disable=SC2086
    env $variables sh "$file" </dev/null
    echo
done <"$1"
