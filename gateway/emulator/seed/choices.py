"""The options that a property and its form field share: (value, label)."""

YES_NO = (("yes", "Yes"), ("no", "No"))
TRUTH = (("true", "Yes"), ("false", "No"))
SEX = (
    ("female", "Female"),
    ("male", "Male"),
    ("other", "Another entry in my papers"),
    ("undisclosed", "I prefer not to say"),
)
INSURANCE = (
    ("public", "Public health insurance"),
    ("private", "Private health insurance"),
    ("employer", "Through my employer"),
    ("self_pay", "I pay myself"),
)
ALLERGIES = (
    ("nuts", "Nuts"),
    ("latex", "Latex"),
    ("penicillin", "Penicillin"),
    ("pollen", "Pollen"),
    ("contrast_dye", "Contrast dye"),
    ("other", "Something else"),
)
CONTRACTS = (
    ("permanent", "Permanent"),
    ("fixed_term", "Fixed term"),
    ("trainee", "Training or internship"),
)
NATIONALITIES = (
    ("AT", "Austria"),
    ("BR", "Brazil"),
    ("CA", "Canada"),
    ("CH", "Switzerland"),
    ("DE", "Germany"),
    ("ES", "Spain"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("IN", "India"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("MX", "Mexico"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("TR", "Türkiye"),
    ("US", "United States"),
    ("other", "Another country"),
)
BADGES = (("green", "Green"), ("blue", "Blue"))
PAYMENTS = (("deposit", "Deposit of 50 dollars"), ("full", "The whole amount"))
PRIORITIES = (("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"))
TICKET_STAGES = (
    ("1", "New"),
    ("2", "Waiting on contact"),
    ("3", "Waiting on us"),
    ("4", "Closed"),
)
TICKET_CATEGORIES = (
    ("PRODUCT_ISSUE", "Product issue"),
    ("BILLING_ISSUE", "Billing issue"),
    ("FEATURE_REQUEST", "Feature request"),
    ("GENERAL_INQUIRY", "General inquiry"),
)
CONTACT_WAYS = (("phone", "Phone"), ("email", "E-mail"), ("letter", "Letter"))
