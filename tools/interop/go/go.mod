module affidavit.invalid/interop

go 1.25.0

require (
	github.com/google/go-containerregistry v0.22.1
	oras.land/oras-go/v2 v2.6.0
)

require (
	github.com/opencontainers/go-digest v1.0.0 // indirect
	github.com/opencontainers/image-spec v1.1.1 // indirect
	golang.org/x/sync v0.22.0 // indirect
)
