<?php
$request = curl_init('http://127.0.0.1:8000/leaks/report');
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_HTTPHEADER => [
        'Content-Type: application/json',
    ],
    CURLOPT_POSTFIELDS => json_encode([
        'token' => 'THE-WHOLE-KEY-THAT-YOU-FOUND',
        'url' => 'https://gist.example/anna/1f3c',
    ]),
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 30,
]);
$answer = curl_exec($request);
if ($answer === false) {
    exit(curl_error($request) . PHP_EOL);
}
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $answer, PHP_EOL;
