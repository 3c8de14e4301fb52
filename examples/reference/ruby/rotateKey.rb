require 'json'
require 'net/http'

uri = URI("http://127.0.0.1:8000/v1/keys/#{ENV.fetch('KEY_ID')}/rotate")
request = Net::HTTP::Post.new(uri)
request['X-API-Key'] = ENV.fetch('FLUENCE_API_KEY')
request['Content-Type'] = 'application/json'
request.body = JSON.generate({
  overlap_seconds: 3600
})
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
  http.request(request)
end
puts "#{response.code} #{response.body}"
