<?php
// The account's contacts.
$request = curl_init(getenv('FLUENZR_URL') . '/v1/contacts');
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 30,
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer ' . getenv('FLUENZR_API_KEY'),
        'Content-Type: application/json',
    ],
]);
$text = curl_exec($request);
if ($text === false) {
    fwrite(STDERR, curl_error($request) . PHP_EOL);
    exit(1);
}
$body = json_decode($text, true);
if (!$body['success']) {
    fwrite(STDERR, $body['error']['code'] . ': ' . $body['error']['message'] . PHP_EOL);
    exit(1);
}
foreach ($body['data'] as $contact) {
    echo $contact['first_name'], ' ', $contact['last_name'], PHP_EOL;
}
