package main

import (
	"context"
	"net/url"

	"github.com/resend/resend-go/v3"
)

// docs: resend

// resendClient's base URL has to end with a slash.
func resendClient(gatewayURL, vaultKey string) (*resend.Client, error) {
	base, err := url.Parse(gatewayURL + "/resend/")
	if err != nil {
		return nil, err
	}
	client := resend.NewClient(vaultKey)
	client.BaseURL = base
	return client, nil
}

func send(client *resend.Client, subject, idempotencyKey string) (*resend.SendEmailResponse, error) {
	email := &resend.SendEmailRequest{
		From:    "a@example.com",
		To:      []string{"b@example.com"},
		Subject: subject,
		Html:    "<p>hi</p>",
	}
	options := &resend.SendEmailOptions{IdempotencyKey: idempotencyKey}
	return client.Emails.SendWithOptions(context.TODO(), email, options)
}

// docs end

var resendSDK = SDK{
	create: func(vaultKey, marker, idempotencyKey string) (Outcome, error) {
		client, err := resendClient(gatewayURL, vaultKey)
		if err != nil {
			return Outcome{}, err
		}
		sent, err := send(client, marker, idempotencyKey)
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{ID: sent.Id}, nil
	},
	newest: func(vaultKey string) ([]string, error) {
		client, err := resendClient(gatewayURL, vaultKey)
		if err != nil {
			return nil, err
		}
		limit := pageSize
		options := &resend.ListOptions{Limit: &limit}
		var ids []string
		for len(ids) < listed {
			page, err := client.Emails.ListWithOptions(context.TODO(), options)
			if err != nil {
				return nil, err
			}
			for _, email := range page.Data {
				ids = append(ids, email.Id)
			}
			after := ids[len(ids)-1]
			options.After = &after
		}
		return ids[:listed], nil
	},
	describe: func(err error) Failure { return Failure{Message: err.Error()} },
}
