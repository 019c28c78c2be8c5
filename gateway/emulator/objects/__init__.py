"""CRM records over HTTP: read, written, searched, one at a time or by the hundred.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""
