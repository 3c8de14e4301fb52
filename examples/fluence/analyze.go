// The traits that a person's own texts support. One credit, answered in English.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

type question struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Company   string `json:"company"`
	Language  string `json:"language"`
}

type answer struct {
	Analise struct {
		Scores map[string]int `json:"ocean_scores"`
	} `json:"analise"`
	Billing struct {
		Used int `json:"creditos_utilizados"`
	} `json:"billing_info"`
}

func main() {
	body, err := json.Marshal(question{"John", "Doe", "Microsoft", "en"})
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest("POST", os.Getenv("FLUENCE_ENGLISH_URL")+"/analyze", bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", os.Getenv("FLUENCE_API_KEY"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		log.Fatalf("%s: %s", response.Status, text)
	}
	var result answer
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		log.Fatal(err)
	}
	fmt.Println("openness:", result.Analise.Scores["openness"])
	fmt.Println("credits used:", result.Billing.Used)
}
