require 'net/http'

uri = URI('http://127.0.0.1:8000/.well-known/fluence-identity.json')
request = Net::HTTP::Get.new(uri)
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
  http.request(request)
end
puts "#{response.code} #{response.body}"
