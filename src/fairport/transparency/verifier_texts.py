"""What the verifier in the browser says, by its codes (assets/src/verify). Words in braces are filled in there."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: Final[dict[str, Promise]] = {
    "stage_fetch": _("Fetching the files"),
    "stage_beacon": _("Checking the random number"),
    "stage_hashes": _("Comparing fingerprints"),
    "stage_pool": _("Reading the list of groups"),
    "stage_tree": _("Building the hash tree of the list"),
    "stage_tickets": _("Drawing the tickets"),
    "stage_seniority": _("Giving places to those who wait longest"),
    "stage_lottery": _("Giving places by ticket"),
    "stage_compare": _("Comparing with what was published"),
}

FINDINGS: Final[dict[str, Promise]] = {
    "stopped": _("Stopped."),
    "broken": _(
        "Your browser could not finish. It may have too little memory. Try another browser, or the Python program."
    ),
    "refused_at": _("{file}: {reason}"),
    "refused_at_line": _("{file}, line {line}: {reason}"),
    "all_right": _("Computed again with {count} groups: everything is the same."),
    "right_so_far": _("What is public so far is right. The other files come later."),
    "proven_inputs": _("The list of groups and the places are the ones that were fixed before the draw."),
    "proven_params": _("The rules and the places are the ones that were fixed before the draw."),
    "proven_outcome": _(
        "Who got a place follows from the list, the places and the random number, and from nothing else."
    ),
    "proven_seed": _("The seed of the draw follows from what was fixed before and from the random number."),
    "proven_round": _("The random number is round {found} of the public beacon drand, and its signature is valid."),
    "proven_secret": _("The random number is the secret whose fingerprint was published before."),
    "proven_succession": _("It follows the draw {found}: number, fingerprints, times and what rounding left over fit."),
    "unproven_not_drawn": _("The outcome: there was no draw yet."),
    "unproven_pool": _("The list of groups and who got a place: these files are not public yet."),
    "unproven_succession": _("That it follows the draw before it: that draw was not given."),
    "unproven_rain_checks": _(
        "That every rain-check of the draw before is in this one: the Python program checks that."
    ),
    "unproven_time": _("The time at which the list was fixed: no witness was asked."),
    "unproven_who": _("Who is in the list, and that nobody is missing."),
    "warning_local": _(
        "The operator chose the random number and could have known the outcome. This draw does not bind the operator."
    ),
    "warning_lead": _("The list was fixed only {found} seconds before the draw. A real draw needs 600."),
    "entry_needs_lines": _(
        "The list is not public yet. Your status page has a file with your lines of this draw: choose it above."
    ),
    "entry_not_in_pool": _("There is no such group among the {count} groups of this draw."),
    "entry_in_pool": _("The group is in the list: line {line} of {count}. People: {size}."),
    "entry_rank": _("Its place in the order of tickets: {rank} of {count}."),
    "entry_offer_rain": _("It had a rain-check and was offered a place: {port}, {date}, {band}."),
    "entry_offer_seniority": _("It was offered a place as one of those who waited longest: {port}, {date}, {band}."),
    "entry_offer_lottery": _("It was offered a place by its ticket: {port}, {date}, {band}."),
    "entry_rain_check": _("No band had enough places left, so it has a rain-check and comes first next time: {port}."),
    "entry_kept_rain_check": _("It keeps its rain-check and comes first again next time: {port}."),
    "entry_not_selected": _("It got no place this time."),
    "entry_cutoff": _("The last ticket that got a place at {port} was number {rank}."),
    "entry_line_in_pool": _(
        "Your line is in the list that was fixed: line {line} of {count}. People: {size}. The proof is right."
    ),
    "entry_line_in_allocation": _("Your line is among the published outcomes. The proof is right."),
    "entry_no_outcome_line": _("Your file has no line of the outcomes. Only groups that got something have one."),
    "entry_not_drawn": _("There was no draw yet."),
}

REASONS: Final[dict[str, Promise]] = {
    # Files as a whole
    "missing": _("The file is missing."),
    "missing_late": _("The file is missing. It becomes public the day after the last day of the draw."),
    "not_fetched": _("The file could not be fetched."),
    "hash_differs": _("Its fingerprint is not the one that was fixed before the draw."),
    "fingerprint_differs": _("Its fingerprint is not the one on this page."),
    "byte_form": _("Its keys must be in order, without spaces, and with one line end."),
    "archive_broken": _("The archive cannot be unpacked."),
    "archive_too_large": _("The archive is too large for a draw."),
    "archive_path": _("The archive has a path that leads out of its folder."),
    "archive_folders": _("The archive holds more than one draw."),
    # JSON
    "not_utf8": _("It is not UTF-8 text."),
    "byte_order_mark": _("It begins with a byte order mark."),
    "line_ends": _("It must have LF line ends, also after the last line."),
    "not_json": _("It is not JSON (line {row}, column {column})."),
    "nested_too_deep": _("It is nested deeper than {most} levels."),
    "key_twice": _("It has the key {key} twice."),
    "bad_unicode": _("It has text that is not valid Unicode."),
    "not_whole_number": _("It has a number that is not a whole number."),
    "minus_zero": _("It has the number -0."),
    "number_too_large": _("It has a number of 2^53 or more."),
    "document_not_object": _("It must be one object."),
    "not_object": _("{key} must be an object."),
    "key_missing": _("The key {key} is missing."),
    "key_not_allowed": _("The key {key} is not allowed."),
    "not_text": _("{key} must be text."),
    "not_at_least": _("{key} must be a whole number of at least {low}."),
    "not_between": _("{key} must be a whole number from {low} to {high}."),
    "not_hex": _("{key} must be {digits} lower-case hex digits."),
    "not_id": _("{key} must be lower-case words joined by - and /, at most 64 characters."),
    "not_time": _("{key} must be a time such as 2023-01-17T23:15:00Z."),
    "no_such_time": _("{key} names a time that does not exist: {found}."),
    "not_list": _("{key} must be a list."),
    "not_format": _("{key} must be {expected}."),
    # Files of lines
    "not_ascii": _("It has a character outside ASCII."),
    "carriage_return": _("It must have LF line ends, without CR."),
    "no_line_end": _("It must end with LF."),
    # pool.txt
    "pool_fields": _("It must have six fields: id,size,tier,weight,registered,ports."),
    "pool_id": _("The id must be 32 lower-case hex digits."),
    "pool_id_twice": _("The id is there twice."),
    "pool_id_order": _("The ids must be in ascending order."),
    "pool_size": _("The size must be 1 to 12."),
    "pool_tier": _("The tier must be 0 to 9."),
    "pool_weight": _("The weight must be 1 to 64."),
    "pool_week_form": _("The week of registration must be a date such as 2023-02-06."),
    "pool_week_monday": _("The week of registration must be a Monday, and {found} is none."),
    "no_such_day": _("There is no such day: {found}."),
    "pool_many_ports": _("It has more than {most} ports."),
    "pool_port": _("A port must have two to four capital letters or digits."),
    "pool_port_twice": _("It has a port twice."),
    "week_after_freeze": _("The week of registration is after the list was fixed."),
    # params.json
    "share_form": _("{key} must be two whole numbers."),
    "share_lowest_terms": _("{key} must be a fraction from 0 to 1 in lowest terms."),
    "cell_form": _("{key} must be [port, date, band, capacity, free]."),
    "cell_texts": _("{key} must have its date and its band as text."),
    "cell_numbers": _("{key} must have whole numbers with 0 <= free <= capacity."),
    "cell_date": _("{key} must have a date such as 2023-02-01."),
    "cell_no_such_day": _("{key} names a day that does not exist: {found}."),
    "cell_band": _("{key} must have a time of day such as 08:00."),
    "cell_order": _("{key} is out of order: by port, date and band, none twice."),
    "zone_name": _("{key} must be the name of a time zone."),
    "zone_ports": _("{key} must have exactly the ports of the cells."),
    "rain_check_form": _("{key} must be [previous id, id, port]."),
    "rain_check_without_entry": _("The rain-check of {found} has no line in pool.txt."),
    "dropped_form": _("{key} must be [previous id, reason]."),
    "dropped_reason": _("{key} must have one of these reasons: {expected}."),
    "list_id": _("{key} must have ids of 32 lower-case hex digits."),
    "list_port": _("{key} must have a port of two to four capital letters or digits."),
    "id_repeated": _("{key}: {found} is there twice."),
    "first_draw_owes": _("The first draw has no rain-checks and nothing left over."),
    "previous_named": _("It does not name the draw {found} and its outcome as the one before."),
    "carry_differs": _("seniority_carry must be {expected} after the draw before. It is {found}."),
    # manifest.json
    "previous_of_first": _("{key} must be null for the first draw and for no other."),
    "previous_draw_of_first": _("The sequence must be 1 exactly if there is no draw before."),
    "lead_too_short": _("{key} must be at least {low} seconds after frozen_at."),
    "drawn_before_frozen": _("{key} must not be before frozen_at."),
    "round_not_first": _("{key} must be the first round at or after draw_time."),
    "not_quicknet": _("{key} must be that of the public beacon, quicknet."),
    "beacon_kind": _("The beacon must be of the kind drand or local."),
    "other_draw_id": _("The draw id is not the one in params.json."),
    "other_programme": _("The programme is not the one in params.json."),
    "other_count": _("It says {found} groups, but pool.txt has {expected}."),
    "other_people": _("It says {found} people, but pool.txt has {expected}."),
    "pool_root_differs": _("pool_root is not the root of the hash tree of pool.txt."),
    "sequence_gap": _("The sequence must be {expected}. It is {found}."),
    "previous_hash": _("It does not have the fingerprint of the manifest of the draw {found}."),
    "frozen_too_early": _("The list was fixed before the random number of the draw before was known."),
    # beacon.json
    "beacon_not_drand": _("A round of the public beacon was promised, not a secret."),
    "beacon_not_local": _("A secret was promised, not a round of the public beacon."),
    "beacon_wrong_round": _("Round {expected} was promised, but this is round {found}."),
    "beacon_wrong_secret": _("The secret is not the one whose fingerprint was published before."),
    "beacon_randomness": _("The random number is not the SHA-256 of the signature."),
    "signature_no_point": _("The signature of round {found} is not a point of the curve."),
    "signature_infinity": _("The signature of round {found} is the point at infinity, which signs nothing."),
    "signature_subgroup": _("The signature of round {found} is a point outside the right group: it is forged."),
    "signature_spelling": _("The signature of round {found} is not written in the one right way."),
    "signature_wrong": _("The signature of round {found} is not that of the public beacon."),
    # result.json and allocation.txt
    "manifest_differs": _("manifest_sha256 is not the fingerprint of manifest.json: one of them was changed."),
    "cutoff_ranks": _("{key} must map ports to ranks from 1."),
    "result_differs": _("{key} is {found}. Computed again it is {expected}."),
    "line_differs": _("It has {found}. Computed again it is {expected}."),
    "lines_differ": _("It has {found} lines. Computed again it has {expected}."),
    # What the reader brings
    "own_secret_form": _("The entry secret has 64 characters: digits and the letters a to f."),
    "own_form": _("This is not the file with your lines from the status page."),
    "own_other_draw": _("These are lines of another draw. This is the draw {expected}."),
    "own_other_id": _("The line is not the one of this entry secret, whose id in this draw is {found}."),
    "own_other_outcome": _("The line of the outcomes is not the one of this group."),
    "own_not_proven": _("The proof does not fit {name}: the line is not in it."),
}

TEXTS: Final[dict[str, Promise]] = {**STAGES, **FINDINGS, **REASONS, "own-lines": _("Your lines")}
