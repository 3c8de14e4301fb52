require 'json'

$stdout.sync = true
JSON.parse(File.read(ARGV[0])).each do |step|
  ENV.update(step['environment'])
  puts "=== #{step['operation']}"
  load step['file']
end
