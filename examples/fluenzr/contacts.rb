# The account's contacts.
require 'json'
require 'net/http'

uri = URI("#{ENV.fetch('FLUENZR_URL')}/v1/contacts")
request = Net::HTTP::Get.new(uri)
request['Authorization'] = "Bearer #{ENV.fetch('FLUENZR_API_KEY')}"

response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') { |http| http.request(request) }
body = JSON.parse(response.body)
abort "#{response.code} #{body['error']['code']}: #{body['error']['message']}" unless body['success']

body['data'].each { |contact| puts "#{contact['first_name']} #{contact['last_name']}" }
