"""The OpenAPI document: what the routes' own schemas cannot say."""
