package main

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// docs: twilio

// keybrakeTransport sends to Keybrake what twilio-go would send to Twilio. twilio-go has no base URL, takes only letters
// and digits in a password, and has no idempotency keys; so the address, the vault key and the header are set here.
type keybrakeTransport struct {
	base           *url.URL
	vaultKey       string
	idempotencyKey string
}

func (t keybrakeTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	sent := request.Clone(request.Context())
	sent.URL = t.base.JoinPath(request.URL.EscapedPath())
	sent.URL.RawQuery = request.URL.RawQuery
	sent.Host = t.base.Host
	sent.SetBasicAuth("keybrake", t.vaultKey)
	if t.idempotencyKey != "" && sent.Method == http.MethodPost {
		sent.Header.Set("Idempotency-Key", t.idempotencyKey)
	}
	return http.DefaultTransport.RoundTrip(sent)
}

// twilioClient is cheap to make: make one for each idempotency key. Keybrake puts the real account SID in.
func twilioClient(gatewayURL, vaultKey, idempotencyKey string) (*twilio.RestClient, error) {
	base, err := url.Parse(gatewayURL + "/twilio")
	if err != nil {
		return nil, err
	}
	httpClient := &client.Client{
		Credentials: client.NewCredentials("", ""),
		HTTPClient:  &http.Client{Transport: keybrakeTransport{base, vaultKey, idempotencyKey}},
	}
	httpClient.SetAccountSid("AC00000000000000000000000000000000")
	return twilio.NewRestClientWithParams(twilio.ClientParams{Client: httpClient}), nil
}

// docs end

var twilioSDK = SDK{
	create: func(vaultKey, marker, idempotencyKey string) (Outcome, error) {
		made, err := twilioClient(gatewayURL, vaultKey, idempotencyKey)
		if err != nil {
			return Outcome{}, err
		}
		params := &api.CreateMessageParams{}
		params.SetTo("+15005550010").SetFrom("+15005550006").SetBody(marker)
		message, err := made.Api.CreateMessage(params)
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{ID: *message.Sid}, nil
	},
	newest: func(vaultKey string) ([]string, error) {
		made, err := twilioClient(gatewayURL, vaultKey, "")
		if err != nil {
			return nil, err
		}
		params := &api.ListMessageParams{}
		messages, err := made.Api.ListMessage(params.SetPageSize(pageSize).SetLimit(listed))
		var sids []string
		for _, message := range messages {
			sids = append(sids, *message.Sid)
		}
		return sids, err
	},
	describe: func(err error) Failure {
		var told *client.TwilioRestError
		if errors.As(err, &told) {
			return Failure{Status: told.Status, Message: told.Message}
		}
		return Failure{Message: err.Error()}
	},
}
