// Command sdk-cases takes Stripe's, Twilio's and Resend's Go SDK through the cases of the SDK matrix. It prints one JSON
// object for each on stdout.
package main

import (
	"encoding/json"
	"errors"
	"os"
)

var gatewayURL = os.Getenv("KEYBRAKE_URL")

func main() {
	var vaultKeys map[string]string
	if err := json.Unmarshal([]byte(os.Getenv("KEYBRAKE_VAULT_KEYS")), &vaultKeys); err != nil {
		fail(err)
	}
	sdks := map[string]SDK{"stripe": stripeSDK, "twilio": twilioSDK, "resend": resendSDK}
	sdk, known := sdks[os.Args[len(os.Args)-1]]
	if !known {
		fail(errors.New("usage: sdk-cases stripe|twilio|resend"))
	}
	all := cases{sdk: sdk, vaultKeys: vaultKeys}
	all.run()
	if os.Args[1] == "stripe" {
		stripeWithPrefix(vaultKeys)
	}
}
