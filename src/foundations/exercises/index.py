"""Which exercise is judged where: `check` opens one module alone, so that a lesson depends on its own judges only.

A new exercise is one name here, under its module's name. A test holds that none is missing.
"""

JUDGES = {
    "a_linear_model_from_scratch": ("without_male", "mae_gradient", "acc", "sayable_rules", "iris_coeffs"),
    "a_multilayer_perceptron": ("n_params", "rmse_of_batches", "answers", "keep_best", "diabetes_net"),
    "a_neural_net_from_scratch": ("logits", "dead_share", "kaiming_layers", "together", "tumour_preds"),
    "an_engine_of_your_own": ("slopes_by_hand", "sigmoid_value", "larger_value", "mended_engine", "bmi_line"),
    "autograd": ("slope_of", "small_weights", "one_step", "diabetes_slopes"),
    "autograd_in_depth": ("piled_up", "record_size", "input_slopes", "between", "newton_step", "wine_limit"),
    "broadcasting": ("common_shape", "row_shares", "distances", "trap_loss", "nearest_digit"),
    "cpu_or_gpu": ("stopwatch", "products_needed", "training_bytes", "digits_bytes"),
    "fitting_a_quadratic": ("at_two", "spreads", "other_start", "centred_error", "diabetes_by_hand"),
    "gradient_descent": ("mean_of_squares", "descend", "lowered", "steps_to_tolerance", "lowest_corner", "progression"),
    "how_random_forests_really_work": (
        "weighted_gini",
        "third_class_women",
        "bootstrap_share",
        "out_of_bag",
        "breast_cancer_forest",
    ),
    "how_to_take_a_lesson": ("petals", "virginica", "squared_petals", "best_factor", "nuclei"),
    "in_a_spreadsheet": ("copied", "next_row", "mmult_loss", "diabetes_sheet"),
    "linear_regression_twice": ("learn", "linear_from", "self_scaling", "eight_sentences", "wines"),
    "loss_functions": ("quad_rmse", "four_residuals", "knows_nothing", "huber", "best_constants"),
    "nets_of_other_shapes": ("stable_softmax", "surprise_of", "top_k", "two_ways", "wine_logits"),
    "rectified_linear_units": ("shifted_valley", "hat", "through", "dead_units", "bmi_relus"),
    "stochastic_gradient_descent": ("steps_of_training", "momentum_step", "trapezoid", "from_pieces", "alcohol"),
    "tensors": ("place_of", "centre_rows", "swapped", "table_tensor", "mean_digits"),
    "the_passengers": ("fill_ages", "class_columns", "best_rule", "enough_rows", "tumour_baselines"),
    "three_or_seven": ("two_distances", "mnist_slopes", "convolve_by_hand", "most_confused", "photo_patches"),
    "which_image_models": ("on_front", "best_for", "speed_of", "trees_to_keep"),
    "why_use_a_framework": ("clip_gradients", "stop_at_nan", "companions", "learn_to_fill", "wine_growers"),
}
