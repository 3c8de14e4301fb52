require 'json'
require 'net/http'

uri = URI('http://127.0.0.1:8000/leaks/report')
request = Net::HTTP::Post.new(uri)
request['Content-Type'] = 'application/json'
request.body = JSON.generate({
  token: 'THE-WHOLE-KEY-THAT-YOU-FOUND',
  url: 'https://gist.example/anna/1f3c'
})
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
  http.request(request)
end
puts "#{response.code} #{response.body}"
