package main

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v84"
)

// docs: stripe

// stripeClient needs the gateway's root: under a path, stripe-go takes every answer for an error.
func stripeClient(gatewayURL, vaultKey string) *stripe.Client {
	config := &stripe.BackendConfig{URL: stripe.String(gatewayURL)}
	return stripe.NewClient(vaultKey, stripe.WithBackends(stripe.NewBackendsWithConfig(config)))
}

func charge(client *stripe.Client, description, idempotencyKey string) (*stripe.Charge, error) {
	params := &stripe.ChargeCreateParams{
		Amount:      stripe.Int64(1000),
		Currency:    stripe.String("usd"),
		Source:      &stripe.PaymentSourceSourceParams{Token: stripe.String("tok_visa")},
		Description: stripe.String(description),
	}
	if idempotencyKey != "" {
		params.SetIdempotencyKey(idempotencyKey)
	}
	return client.V1Charges.Create(context.TODO(), params)
}

// docs end

var stripeSDK = SDK{
	create: func(vaultKey, marker, idempotencyKey string) (Outcome, error) {
		return stripeCreate(gatewayURL, vaultKey, marker, idempotencyKey)
	},
	newest: func(vaultKey string) ([]string, error) {
		params := &stripe.ChargeListParams{}
		params.Limit = stripe.Int64(pageSize)
		var ids []string
		var failure error
		stripeClient(gatewayURL, vaultKey).V1Charges.List(context.TODO(), params)(func(one *stripe.Charge, err error) bool {
			if err != nil {
				failure = err
				return false
			}
			ids = append(ids, one.ID)
			return len(ids) < listed
		})
		return ids, failure
	},
	describe: func(err error) Failure {
		var told *stripe.Error
		if errors.As(err, &told) {
			return Failure{Status: told.HTTPStatusCode, Message: told.Msg}
		}
		return Failure{Message: err.Error()}
	},
}

func stripeCreate(url, vaultKey, marker, idempotencyKey string) (Outcome, error) {
	made, err := charge(stripeClient(url, vaultKey), marker, idempotencyKey)
	if err != nil {
		return Outcome{}, err
	}
	replayed := made.LastResponse.Header.Get("Idempotent-Replayed") == "true"
	return Outcome{ID: made.ID, Replayed: &replayed}, nil
}

// stripeWithPrefix shows why the recipe says root.
func stripeWithPrefix(vaultKeys map[string]string) {
	prefixed := stripeSDK
	prefixed.create = func(vaultKey, marker, idempotencyKey string) (Outcome, error) {
		return stripeCreate(gatewayURL+"/stripe", vaultKey, marker, idempotencyKey)
	}
	all := cases{sdk: prefixed, vaultKeys: vaultKeys}
	all.once("success_prefix")
	all.once("denied_by_cap_prefix")
}
