require 'net/http'

uri = URI('http://127.0.0.1:8000/v1/environments?limit=10')
request = Net::HTTP::Get.new(uri)
request['X-API-Key'] = ENV.fetch('FLUENCE_API_KEY')
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
  http.request(request)
end
puts "#{response.code} #{response.body}"
