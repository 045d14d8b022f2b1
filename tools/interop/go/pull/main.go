// Pulls an artifact from a registry on this machine and unpacks it as aicr does, with the file store of oras-go.
package main

import (
	"context"
	"log"
	"os"

	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"
)

func main() {
	name, digest, directory := os.Args[1], os.Args[2], os.Args[3]
	from, err := remote.NewRepository(name)
	if err != nil {
		log.Fatal(err)
	}
	from.PlainHTTP = true
	to, err := file.New(directory)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := oras.Copy(context.Background(), from, digest, to, digest, oras.DefaultCopyOptions); err != nil {
		log.Fatal(err)
	}
}
