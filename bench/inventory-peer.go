// What staple-inventory is measured against: Go's crypto/x509 over a bundle or a tree.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
)

type row struct {
	Sha256     []byte
	MustStaple bool
	Subject    string
	Issuer     string
	Serial     string
	Names      []string
	OCSP       []string
	Until      int64
}

var feature = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}

func read(data []byte, out *json.Encoder) {
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			return
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			continue
		}
		h := sha256.Sum256(b.Bytes)
		r := row{h[:], false, c.Subject.String(), c.Issuer.String(), c.SerialNumber.String(),
			c.DNSNames, c.OCSPServer, c.NotAfter.Unix()}
		for _, e := range c.Extensions {
			r.MustStaple = r.MustStaple || e.Id.Equal(feature)
		}
		out.Encode(r)
	}
}

func main() {
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	out := json.NewEncoder(w)
	filepath.WalkDir(os.Args[1], func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if data, err := os.ReadFile(path); err == nil {
				read(data, out)
			}
		}
		return nil
	})
}
