from . import slm_explanation, slm_load_levels
