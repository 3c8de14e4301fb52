<?php
function run(string $file): void
{
    require $file;
}

foreach (json_decode(file_get_contents($argv[1]), true) as $step) {
    foreach ($step['environment'] as $name => $value) {
        putenv("$name=$value");
    }
    echo '=== ', $step['operation'], PHP_EOL;
    run($step['file']);
}
