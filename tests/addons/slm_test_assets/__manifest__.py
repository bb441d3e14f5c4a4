{
    "name": "SLM test assets",
    "summary": "Leaves out a script of mail that Debian's Odoo does not ship",
    "version": "19.0.1.0.0",
    "author": "slm_management founding team",
    "website": "https://slm-management.invalid",
    "license": "AGPL-3",
    "category": "Hidden",
    "depends": ["mail"],
    "assets": {
        "web.assets_backend": [
            (
                "remove",
                "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            ),
        ],
    },
}
