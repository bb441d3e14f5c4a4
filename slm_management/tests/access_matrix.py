# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a requester may see, stated once, and the search for anything beyond it."""

from contextlib import contextmanager
from inspect import isfunction

from psycopg2 import Error as SqlError

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from . import access_roads as roads_of
from .access_world import SECRET, AccessWorld

MODULE = "slm_management"
#: what requesters read of our models; all other models and fields are closed
READABLE = {
    "slm.service.type": {"name", "complete_name", "code", "active"},
    "slm.service": {"name", "code", "type_id", "description", "icon", "active"},
    "slm.process": {
        "name",
        "code",
        "kind",
        "description",
        "version",
        "state",
        "active",
    },
    "slm.agreement": {
        "name",
        "code",
        "kind",
        "description",
        "deliverables",
        "version",
        "state",
        "sequence",
        "date_start",
        "date_end",
        "hours_grid",
        "day_minutes",
        "availability_target",
        "attainment_target",
        "active",
    },
    "slm.target": {
        "agreement_id",
        "sequence",
        "service_id",
        "process_kind",
        "priority",
        "response_minutes",
        "completion_minutes",
        "closure_minutes",
        "day_minutes",
    },
}
#: what whoever reads a model of others sees of our fields on it, and why
READABLE_ON_OTHERS = {
    ("resource.calendar", "slm_week_grid"): "hours drawn from what core shows anyway",
}
#: only for administrators of the system, whom Odoo lets change anything
SYSTEM_MODELS = {"res.config.settings"}
#: what the ORM checks whoever overrides it
BASIC = {"create", "write", "copy", "unlink"}
#: how a road may end that is closed; a field or an operator that is unknown to the ORM
#: is no road either
REFUSALS = (AccessError, UserError, ValueError, KeyError, NotImplementedError)


class AccessMatrix(AccessWorld):
    """Requesters × models and fields × roads, with all three from the registry.

    :meth:`find_openings` returns what is open and should not be. A model or a field
    that somebody adds later is closed, or it is found here.
    """

    # ------------------------------------------------------------------
    # What is ours
    # ------------------------------------------------------------------

    @classmethod
    def get_our_models(cls):
        """Names of the models that this module adds, without abstract ones."""
        return sorted(
            name
            for name, model in cls.registry.items()
            if model._original_module == MODULE and not model._abstract
        )

    @classmethod
    def get_closed_models(cls):
        return [name for name in cls.get_our_models() if name not in READABLE]

    @classmethod
    def get_our_fields(cls):
        """Pairs of model and field that this module adds to models of others."""
        return sorted(
            (model, name)
            for model, model_class in cls.registry.items()
            if model_class._original_module != MODULE and not model_class._abstract
            for name, field in model_class._fields.items()
            if set(field._modules) == {MODULE}
        )

    @classmethod
    def get_hidden_fields(cls, name):
        """Fields of a model that requesters must not see."""
        if name in READABLE:
            open_fields = {"id", "display_name"} | READABLE[name]
            return sorted(cls.registry[name]._fields.keys() - open_fields)
        if name in cls.get_our_models():
            return sorted(cls.registry[name]._fields.keys() - {"id"})
        return [
            field
            for model, field in cls.get_our_fields()
            if model == name and (model, field) not in READABLE_ON_OTHERS
        ]

    @classmethod
    def get_our_methods(cls):
        """Pairs of model and public method of this module, also of abstract models.

        Who may create and write records of others may do so by our overrides, too.
        """
        found = set()
        for name, model in cls.registry.items():
            for definition in model.mro():
                if f".addons.{MODULE}." in f"{definition.__module__}.":
                    found |= {
                        (name, method)
                        for method, value in vars(definition).items()
                        if not method.startswith("_")
                        and isfunction(value)
                        and (model._original_module == MODULE or method not in BASIC)
                    }
        return sorted(found)

    @classmethod
    def get_reference_models(cls):
        """Models of others whose records name any document, by model and id."""
        kinds = {"reference", "many2one_reference"}
        return sorted(
            name
            for name, model in cls.registry.items()
            if model._original_module != MODULE
            and not model._abstract
            and (
                kinds & {field.type for field in model._fields.values()}
                or {"res_ids", "res_id"} & model._fields.keys()
            )
        )

    def get_record(self, name):
        """A record to try it with: of our ticket where there is one, and a contact with
        a supplier file whom those who ask may read."""
        if name in ("helpdesk.ticket", "res.partner"):
            return self.ticket if name == "helpdesk.ticket" else self.organisation
        records = self.env[name].with_context(active_test=False)
        if "ticket_id" in records._fields and not records._transient:
            return records.search([("ticket_id", "=", self.ticket.id)], limit=1)
        return records.search([], limit=1)

    def get_hanging(self, record):
        """What hangs on a document: messages, activities, followers, files."""
        names = ("mail.activity", "mail.followers", "ir.attachment")
        by_document = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        messages = self.env["mail.message"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        )
        found = [self.env[name].search(by_document) for name in names]
        return [messages, messages.notification_ids, *found]

    # ------------------------------------------------------------------
    # Looking for openings
    # ------------------------------------------------------------------

    def find_openings(self, users=None, sections=None):
        """All roads that are open and should be closed, as texts.

        :param users: try these requesters only
        :param sections: names of the methods that look, without ``_find_in_``
        """
        sections = sections or (
            "models",
            "records",
            "rows",
            "hidden_rows",
            "fields",
            "others",
            "detours",
            "descriptions",
            "threads",
            "methods",
            "forged",
        )
        found = []
        with mute_logger("odoo.orm.models", "odoo.models", "odoo.sql_db"):
            for section in sections:
                for user in users or self.requesters:
                    found += getattr(self, f"_find_in_{section}")(user)
        return found

    def _go(self, go):
        """What a road yields, or None if it is closed. Nothing of it stays."""
        try:
            found = go()
            self.env.flush_all()
        except REFUSALS as error:
            found = str(error) if SECRET in str(error) else None
        except SqlError as error:
            found = repr(error)
        return found

    def _try(self, go, model):
        """An abstract model has no table: the transaction goes on after that, too. It
        may lack the fields of those that inherit from it."""
        try:
            with self.env.cr.savepoint():
                return go()
        except AttributeError:
            if not model._abstract:
                raise

    def _tells(self, result):
        """Whether there is anything in what a road yields."""
        if isinstance(result, dict):
            return any(self._tells(value) for value in result.values())
        if isinstance(result, list | tuple):
            return any(self._tells(value) for value in result)
        return bool(result)

    def _find_open(self, roads, *where):
        """Roads that do not end with an error, nor with nothing."""
        found = []
        with self._undoing() as undo:
            for road, go in roads.items():
                if self._tells(result := self._go(go)):
                    place = " ".join(str(part) for part in where)
                    found.append(f"{place}: {road} yields {str(result)[:200]}")
                if result is not None or road in roads_of.WRITING:
                    undo()
        return found

    @contextmanager
    def _undoing(self):
        """Yield a function that undoes what has been done since."""

        def undo():
            savepoint.rollback()
            self.env.cr.cache.clear()
            self.env.invalidate_all(flush=False)

        with self.env.cr.savepoint(flush=False) as savepoint:
            yield undo
            undo()

    def _find_in_models(self, user):
        found = []
        for name in self.get_closed_models():
            roads = roads_of.roads_to_model(self.env[name].with_user(user))
            found += self._find_open(roads, user.login, name)
        if not self.visible[user]["slm.process"]:
            for name in READABLE:
                roads = roads_of.roads_to_model(self.env[name].with_user(user))
                found += self._find_open(roads, user.login, name)
        return found

    def _find_in_records(self, user):
        found = []
        for name in self.get_closed_models():
            if record := self.get_record(name):
                roads = roads_of.roads_to_record(record.with_user(user))
                found += self._find_open(roads, user.login, name)
        return found

    def _find_in_rows(self, user):
        """More rows than those that are published to him."""
        found = []
        for name, visible in self.visible[user].items():
            model, known = self.env[name].with_user(user), {*visible.ids}
            for road, go in roads_of.roads_to_rows(model).items():
                if more := {*(self._go(go) or ())} - known:
                    found.append(f"{user.login} {name}: {road} yields {more}")
            for road, go in roads_of.roads_to_count(model).items():
                if (count := self._go(go) or 0) > len(visible):
                    found.append(f"{user.login} {name}: {road} counts {count}")
        return found

    def _find_in_hidden_rows(self, user):
        """A record of which he knows the id."""
        found = []
        hidden = self.hidden_processes[:2] | self.hidden_processes[-3:]
        hidden = [*hidden, *self.hidden_services[:2], self.hidden_type]
        hidden += [*self.hidden_agreements, self.hidden_target, self.ola.target_ids[0]]
        for record in hidden:
            roads = roads_of.roads_to_record(record.with_user(user))
            found += self._find_open(roads, user.login, record)
        for records in self.visible[user].values():
            for record in records[:1]:
                roads = roads_of.roads_to_record(record.with_user(user))
                roads = {k: roads[k] for k in ("metadata", "write", "unlink", "copy")}
                found += self._find_open(roads, user.login, record)
        return found

    def _find_in_fields(self, user):
        """Of our models that are open in part, on a record that he sees."""
        found = []
        for name, visible in self.visible[user].items():
            linked = visible.filtered(lambda r: r in self.threads) or visible
            record = linked[:1].with_user(user)
            for field in self.get_hidden_fields(name) if record else ():
                roads = roads_of.roads_to_field(record, field)
                found += self._find_open(roads, user.login, f"{name}.{field}")
        return found

    def _find_in_others(self, user):
        """Of models of others, of which he may read the record."""
        found = []
        for name, field in self.get_our_fields():
            if (name, field) in READABLE_ON_OTHERS or name in SYSTEM_MODELS:
                continue
            record = self.get_record(name).with_user(user)
            roads = roads_of.roads_to_field(record, field)
            found += self._find_open(roads, user.login, f"{name}.{field}")
        return found

    def _find_in_detours(self, user):
        """Over relations of his ticket, his company, and what he sees of ours."""
        found = []
        starts = [self.ticket, user.partner_id, user, user.company_id]
        starts += [records[:1] for records in self.visible[user].values() if records]
        for start in starts:
            for detour, relation in start._fields.items():
                if not relation.relational or detour in self.get_hidden_fields(
                    start._name
                ):
                    continue
                for field in self.get_hidden_fields(relation.comodel_name):
                    roads = roads_of.roads_behind(start.with_user(user), detour, field)
                    path = f"{start._name}.{detour}.{field}"
                    found += self._find_open(roads, user.login, path)
        return found

    def _find_in_descriptions(self, user):
        """Fields that are told of, values of defaults."""
        found = []
        names = {name for name, _field in self.get_our_fields()} - SYSTEM_MODELS
        for name in {*names, *self.get_our_models()}:
            model = self.env[name].with_user(user)
            hidden = {*self.get_hidden_fields(name)} - {"display_name"}
            if name in self.get_closed_models() and not model.has_access("read"):
                hidden = set()
            if told := hidden & model.fields_get().keys():
                found.append(f"{user.login} {name}: describes {told}")
            defaults = self._go(lambda model=model: model.default_get([*model._fields]))
            if SECRET in str(defaults):
                found.append(f"{user.login} {name}: defaults {defaults}")
        return found

    def _find_in_threads(self, user):
        found = []
        for record in self.threads:
            hanging = [other.with_user(user) for other in self.get_hanging(record)]
            roads = roads_of.roads_to_thread(record.with_user(user), hanging)
            found += self._find_open(roads, user.login, record)
        return found

    def _find_in_methods(self, user):
        """Public methods of ours, which any client may call, on any id."""
        found = []
        before = self._get_state()
        for name, method in self.get_our_methods():
            model = self.env[name].with_user(user)
            records = [model]
            if not model._abstract and name not in SYSTEM_MODELS:
                records += [r.with_user(user) for r in self._get_targets(name)]
            for record in records:
                self.env.invalidate_all()
                go = roads_of.road_by_method(record, method)
                with self._undoing():
                    result = self._go(lambda go=go, on=model: self._try(go, on))
                    if SECRET in str(result):
                        found.append(f"{user.login} {record}.{method}: {result}")
                    if result is not None and self._get_state() != before:
                        found.append(f"{user.login} {record}.{method} changes data")
        return found

    def _get_targets(self, name):
        """Records on which methods are called: visible ones and hidden ones."""
        known = {
            "slm.process": [self.for_everybody, self.rivals, self.hidden_processes[-2]],
            "slm.service": [self.mixed_service, self.hidden_services[0]],
            "slm.configuration.item": [self.item],
            "slm.agreement": [
                self.agreement,
                self.ola,
                self.uc,
                self.rival_agreement,
            ],
            "slm.target": [self.hidden_target, self.ola.target_ids[0]],
        }
        return known.get(name) or [self.get_record(name)]

    def _get_state(self):
        """A fingerprint of all that is ours, and of what hangs on it."""
        ours = {name for name in self.get_our_models() if self.env[name]._auto}
        names = ours | {"helpdesk.ticket", "mail.message"}
        names |= {"mail.followers", "mail.activity", "ir.attachment"}
        return {
            name: self.env.execute_query(
                SQL(
                    "SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM %s AS t",
                    SQL.identifier(self.env[name]._table),
                )
            )
            for name in sorted(names)
        }

    def _find_in_forged(self, user):
        """What a form of others, not saved, tells of a document that it names."""
        found = []
        documents = (self.item, self.rivals, self.ola, self.contract, *self.reports)
        for name in self.get_reference_models():
            model = self.env[name].with_user(user)
            if not model.has_access("create"):
                continue
            for record in documents:
                roads = roads_of.roads_by_reference(model, record.sudo())
                with self._undoing() as undo:
                    for road, go in roads.items():
                        result = self._go(go)
                        if SECRET in str(result):
                            where = f"{user.login} {name} naming {record}"
                            found.append(f"{where}: {road} yields {result}")
                        undo()
        return found
