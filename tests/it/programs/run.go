package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
)

type step struct {
	Operation   string
	Environment map[string]string
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var steps []step
	if err := json.Unmarshal(text, &steps); err != nil {
		log.Fatal(err)
	}
	for _, step := range steps {
		for name, value := range step.Environment {
			os.Setenv(name, value)
		}
		fmt.Println("=== " + step.Operation)
		programs[step.Operation]()
	}
}
