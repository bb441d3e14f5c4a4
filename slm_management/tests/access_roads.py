# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The roads on which a client reaches data, as dicts of callables by name.

A client may call any public method with any arguments, see ``odoo.service.model``. A
road is closed if it ends with an error or yields nothing.
"""

from inspect import signature

from odoo.fields import Domain

DATES = ("date", "datetime")
#: roads that may leave something behind before they end with an error, be it in a cache
WRITING = {"create", "name_create", "copy", "web_save", "message", "file"}
WRITING |= {"rename", "archive", "write", "unlink"}


def roads_to_record(record):
    """What a client does with a record whose id he has guessed."""
    logged = {"metadata": lambda: record.get_metadata()}
    name = _get_name_field(record)
    renamed = {"rename": lambda: record.write({name: "x"})}
    archived = {"archive": lambda: record.action_archive()}
    return {
        **(logged if record._log_access else {}),
        **(renamed if name else {}),
        **(archived if record._active_name else {}),
        "read": lambda: record.read(["id"]),
        "name": lambda: record.read(["display_name"]),
        "attribute": lambda: name and record.display_name,
        "web_read": lambda: record.web_read({"display_name": {}}),
        "export": lambda: record.export_data([".id", "display_name"]),
        "copied": lambda: record.copy_data(),
        "access": lambda: record.has_access("read"),
        "write": lambda: record.write({}),
        "unlink": lambda: record.unlink(),
        "copy": lambda: record.copy(),
    }


def _get_name_field(model):
    """The field that is typed as the name of a record, if there is one."""
    name = model._rec_name
    return name if name and model._fields[name].type == "char" else None


def roads_to_model(model):
    """What a client does with a model of which he must see no record."""
    everything = {"display_name": {}}
    by_name = {"name_create": lambda: model.name_create("x")}
    return (by_name if _get_name_field(model) else {}) | {
        "search": lambda: model.search([]),
        "count": lambda: model.search_count([]),
        "search_read": lambda: model.search_read([], ["display_name"]),
        "web_search_read": lambda: model.web_search_read([], everything),
        "name_search": lambda: model.name_search(""),
        "web_name_search": lambda: model.web_name_search("", everything),
        "group": lambda: model.formatted_read_group([], [], ["__count"]),
        "group by id": lambda: model.web_read_group([], ["id"], ["__count"]),
        "create": lambda: model.create({}),
        "onchange": lambda: model.onchange({}, [], everything),
        "views": lambda: model.get_views([(False, "form")]),
    }


def roads_to_rows(model):
    """``{road: ids}``: what a client finds of a model that is open in part."""
    spec, context = {"display_name": {}}, {"active_test": False}
    anything = model.with_context(**context)
    named, code = ("name", "code") if model._rec_name else ("agreement_id", "priority")
    return {
        "search": lambda: model.search([]).ids,
        "search archived, too": lambda: anything.search([]).ids,
        "search by name": lambda: anything.search([(named, "!=", False)]).ids,
        "not in": lambda: anything.search([("id", "not in", [0])]).ids,
        "not any": lambda: anything.search([("id", "not any", [(0, "=", 1)])]).ids,
        "or": lambda: anything.search(["|", (1, "=", 1), (0, "=", 1)]).ids,
        "sorted": lambda: anything.search([], order=f"{code} desc").ids,
        "search_read": lambda: [row["id"] for row in anything.search_read([], ["id"])],
        "web_search_read": lambda: [
            row["id"] for row in anything.web_search_read([], spec)["records"]
        ],
        "name_search": lambda: [row[0] for row in anything.name_search("", limit=0)],
        "web_name_search": lambda: [
            row["id"] for row in anything.web_name_search("", spec, limit=100)
        ],
        "group by id": lambda: [
            row["id"][0] for row in anything.formatted_read_group([], ["id"])
        ],
        "web_read_group": lambda: [
            row["id"][0] for row in anything.web_read_group([], ["id"])["groups"]
        ],
        "aggregate": lambda: anything._read_group([], [], ["id:array_agg"])[0][0] or [],
    }


def roads_to_count(model):
    """``{road: how many}`` a client finds."""
    anything = model.with_context(active_test=False)
    named, code, flag = ("name", "code", "active")
    if not model._rec_name:
        named, code, flag = ("agreement_id", "priority", "process_kind")
    colors = dict.fromkeys(("True", "False", "incident", "request"), "success")
    progress = {"field": flag, "colors": colors}
    return {
        "count": lambda: anything.search_count([]),
        "grouped": lambda: anything.formatted_read_group([], [], ["__count"])[0][
            "__count"
        ],
        "grouped by name": lambda: sum(
            row["__count"]
            for row in anything.formatted_read_group([], [named], ["__count"])
        ),
        "progress": lambda: sum(
            sum(row.values())
            for row in anything.read_progress_bar([], code, progress).values()
        ),
        "exported": lambda: len(
            anything.search([]).export_data([".id"]).get("datas", [])
        ),
    }


# ----------------------------------------------------------------------
# Fields
# ----------------------------------------------------------------------


def roads_to_field(record, name):
    """What a client does with a hidden field of a record that he may read."""
    field = record._fields[name]
    return (
        _roads_to_value(record, name)
        | _roads_of_groups(record, name, field)
        | (_roads_of_probes(record, name, field) if _is_searchable(field) else {})
        | (_roads_of_relation(record, name) if field.relational else {})
    )


def _is_searchable(field):
    return field._description_searchable


def _is_groupable(field):
    return field._description_groupable and (field.store or not field.relational)


def _roads_to_value(record, name):
    model = record.browse()
    return {
        "attribute": lambda: record[name],
        "read": lambda: record.read([name]),
        "plain read": lambda: record.read([name], load=None),
        "web_read": lambda: record.web_read({name: {}}),
        "search_read": lambda: model.search_read([], [name], limit=1),
        "web_search_read": lambda: model.web_search_read([], {name: {}}, limit=1),
        "export": lambda: record.export_data([name]),
        "translations": lambda: record.get_field_translations(name),
        "described": lambda: model.fields_get([name]),
        "write": lambda: record.write({name: False}),
        "create": lambda: model.create({name: False}),
        "web_save": lambda: record.web_save({name: False}, {name: {}}),
        "onchange": lambda: record.onchange({name: False}, [name], {name: {}}),
        "onchange of a new one": lambda: model.onchange({}, [], {name: {}})["value"],
    }


def _is_set(record, name):
    """A condition that is true of what has a value.

    The ORM drops ``!= False`` of a required field, as it says nothing, before it asks
    whether who searches may use the field.
    """
    field = record._fields[name]
    if field.type == "selection" and field.required:
        return (name, "in", [*dict(field._description_selection(record.sudo().env))])
    return (name, "!=", False)


def _roads_of_probes(record, name, field):
    """Domains that say yes or no, and orders that tell by their sequence."""
    model, only = record.browse(), Domain("id", "in", record.ids)
    is_set = _is_set(record, name)

    def probe(*condition):
        return lambda: model.search([*only, condition])

    roads = {
        "probe": probe(*is_set),
        "probe of nothing": probe(name, "=", False),
        "probe of a group": lambda: model.formatted_read_group(
            [*only, is_set], [], ["__count"]
        ),
        "probe of names": lambda: model.name_search("", [is_set]),
    }
    if field.store or field.type == "many2one":
        roads["sort"] = lambda: model.search(only, order=f"{name} desc")
    if field.type in ("char", "text", "html", "selection"):
        roads["probe of text"] = probe(name, "ilike", "e")
    if field.type in DATES:
        roads["probe of a year"] = probe(f"{name}.year_number", ">", 0)
    if field.relational:
        inner = [("id", ">", 0)]
        roads |= {
            "dotted probe": probe(f"{name}.id", ">", 0),
            "probe in": probe(name, "in", [1, 2, 3]),
            "probe any": probe(name, "any", inner),
            "probe not any": probe(name, "not any", inner),
            "probe child_of": probe(name, "child_of", [1]),
            "probe parent_of": probe(name, "parent_of", [1]),
        }
    return roads


def _roads_of_groups(record, name, field):
    model, only = record.browse(), Domain("id", "in", record.ids)
    roads = {}
    if _is_groupable(field):
        by = f"{name}:day" if field.type in DATES else name
        roads = {
            "group": lambda: model.formatted_read_group(only, [by], ["__count"]),
            "web_read_group": lambda: model.web_read_group(only, [by]),
            "progress": lambda: model.read_progress_bar(
                [*only], by, {"field": name, "colors": {"x": "success"}}
            ),
        }
    if field.store and field.column_type:
        total = f"{name}:count"
        roads |= {
            "total": lambda: model.formatted_read_group(only, [], [total]),
            "having": lambda: model.formatted_read_group(
                only, ["id"], ["__count"], having=[(total, ">", 0)]
            ),
            "sorted groups": lambda: model.formatted_read_group(
                only, ["id"], ["__count"], order=f"{total} desc"
            ),
        }
    if field.aggregator:
        aggregate = f"{name}:{field.aggregator}"
        roads["aggregate"] = lambda: model.formatted_read_group(only, [], [aggregate])
    if field.type in ("many2one", "selection"):
        roads["panel"] = lambda: model.search_panel_select_range(name)["values"]
    if field.type in ("many2one", "many2many", "selection"):
        roads["multi panel"] = lambda: model.search_panel_select_multi_range(
            name, search_domain=[*only]
        )["values"]
    return roads


def _roads_of_relation(record, name):
    nested = {name: {"fields": {"display_name": {}}}}
    return {
        "nested": lambda: record.web_read(nested),
        "nested onchange": lambda: record.browse().onchange({}, [], nested)["value"],
        "dotted": lambda: record.mapped(f"{name}.display_name"),
        "exported": lambda: record.export_data([f"{name}/id"]),
    }


def roads_behind(record, detour, name):
    """To a hidden field over a relation of a record that a client may read."""
    model, path = record.browse(), f"{detour}.{name}"
    only = Domain("id", "in", record.ids)
    nested = {detour: {"fields": {name: {}}}}
    roads = {
        "web_read": lambda: record.web_read(nested),
        "web_search_read": lambda: model.web_search_read(only, nested),
        "export": lambda: record.export_data([f"{detour}/{name}"]),
    }
    relation = record._fields[detour]
    field = record.env[relation.comodel_name]._fields[name]
    if _is_searchable(field) and _is_searchable(relation):
        inner = [is_set := _is_set(record.env[relation.comodel_name], name)]
        roads |= {
            "probe": lambda: model.search([*only, (path, *is_set[1:])]),
            "probe any": lambda: model.search([*only, (detour, "any", inner)]),
            "probe not any": lambda: model.search([*only, (detour, "not any", inner)]),
        }
    if relation.type == "many2one" and relation.store and _is_groupable(field):
        roads["group"] = lambda: model.formatted_read_group(only, [path])
    return roads


# ----------------------------------------------------------------------
# Discussions
# ----------------------------------------------------------------------


def roads_to_thread(record, hanging):
    """What hangs on a document that a client may read.

    :param hanging: messages, activities, followers and files, with the client's rights
    """
    by_model = [("model", "=", record._name), ("res_id", "=", record.id)]
    by_res_model = [("res_model", "=", record._name), ("res_id", "=", record.id)]
    partner, spec = record.env.user.partner_id, {"display_name": {}}
    roads = {}
    for found in hanging:
        name, model = found._name, found.browse()
        domain = by_model if name == "mail.message" else by_res_model
        if "res_id" in model._fields:
            roads |= _roads_by_domain(name, model, domain)
        ids = [("id", "in", found.ids)]
        roads |= _roads_by_domain(f"{name} by id", model, ids)
        roads |= {
            f"{name}: read": lambda found=found: found.read(),
            f"{name}: web_read": lambda found=found: found.web_read(spec),
            f"{name}: name": lambda found=found: found.read(["display_name"]),
            f"{name}: export": lambda found=found: found.export_data(["display_name"]),
            f"{name}: write": lambda found=found: found.write({}),
            f"{name}: unlink": lambda found=found: found.unlink(),
        }
    return roads | {
        "post": lambda: record.message_post(body="x"),
        "subscribe": lambda: record.message_subscribe(partner.ids),
        "unsubscribe": lambda: record.message_unsubscribe(partner.ids),
        "followers": lambda: record.message_get_followers()["mail.thread"][0][
            "followers"
        ][0][1],
        "schedule": lambda: record.activity_schedule(summary="x"),
        "activities": lambda: record.activity_search(["mail.mail_activity_data_todo"]),
        "message": lambda: record.env["mail.message"].create(
            {"model": record._name, "res_id": record.id, "body": "x"}
        ),
        "file": lambda: record.env["ir.attachment"].create(
            {"name": "x", "res_model": record._name, "res_id": record.id}
        ),
    }


def _roads_by_domain(name, model, domain):
    return {
        f"{name}: search": lambda: model.search(domain),
        f"{name}: count": lambda: model.search_count(domain),
        f"{name}: search_read": lambda: model.search_read(domain, ["id"]),
        f"{name}: group": lambda: sum(
            row["__count"]
            for row in model.formatted_read_group(domain, [], ["__count"])
        ),
    }


# ----------------------------------------------------------------------
# Methods and forms
# ----------------------------------------------------------------------


def road_by_method(record, method):
    """Call a public method of which nothing is known but its signature."""
    code = "code" in record._fields and record.sudo()[:1].code
    record.env.invalidate_all()
    known = {
        "vals_list": [{}],
        "vals": {"name": "x", "state": "retired"},
        "fields": ["code", "name"],
        "data": [[code or "x", "x"]],
        "fields_to_export": ["code", "name"],
    }
    function = getattr(record, method)
    required = {
        name: known.get(name)
        for name, parameter in signature(function).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind is not parameter.VAR_KEYWORD
        and parameter.kind is not parameter.VAR_POSITIONAL
    }
    return lambda: function(**required)


def roads_by_reference(model, record):
    """Ask a form that names a document by its model and id for what it computes."""
    kind = record.env["ir.model"]._get_id(record._name)
    named = {
        "res_model": record._name,
        "model": record._name,
        "res_id": record.id,
        "res_ids": str(record.ids),
        "res_model_id": kind,
        "model_id": kind,
    }
    named |= {
        name: f"{record._name},{record.id}"
        for name, field in model._fields.items()
        if field.type == "reference"
    }
    values = {name: named[name] for name in named if name in model._fields}
    defaults = {f"default_{name}": value for name, value in values.items()}
    active = {"active_model": record._name, "active_id": record.id}
    opened = model.with_context(**defaults, **active, active_ids=record.ids)
    roads = {}
    for name, field in model._fields.items():
        if field.compute and field.type in ("char", "text", "html", "many2one"):
            spec = {"fields": {"display_name": {}}} if field.relational else {}
            roads |= {
                f"onchange for {name}": lambda name=name, spec=spec: model.onchange(
                    dict(values), [*values], {name: spec}
                ),
                f"opening for {name}": lambda name=name, spec=spec: opened.onchange(
                    {}, [], {name: spec}
                ),
            }
    return roads
