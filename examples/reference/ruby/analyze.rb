require 'json'
require 'net/http'

uri = URI('http://127.0.0.1:8000/analyze')
request = Net::HTTP::Post.new(uri)
request['X-API-Key'] = ENV.fetch('FLUENCE_API_KEY')
request['Content-Type'] = 'application/json'
request.body = JSON.generate({
  first_name: 'Marina',
  last_name: 'Duarte Prado',
  company: 'Horizonte Sistemas'
})
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
  http.request(request)
end
puts "#{response.code} #{response.body}"
